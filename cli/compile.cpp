#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nabla/error.hpp>
#include <nabla/nabla.hpp>
#include <string>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/json_writer.hpp"
#include "runtime/check_extents.hpp"
#include "runtime/export.hpp"

namespace nabla::cli {
namespace {

void write_file(const std::filesystem::path& path, const char* data, std::size_t size) {
    std::ofstream stream(path, std::ios::binary | std::ios::trunc);
    stream.write(data, static_cast<std::streamsize>(size));
    stream.close();
    if (!stream) {
        throw InputError(fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
    }
}

// `n=99999999999999999999` is as understandable as `n=0`, and both are mistakes in the model's
// sizes, not in the command line.
std::int64_t size_of(const std::string& name, const std::string& digits) {
    std::int64_t value = 0;
    const char* end = digits.data() + digits.size();
    if (std::from_chars(digits.data(), end, value).ec == std::errc::result_out_of_range) {
        throw InputError(fmt::format("--dim: {} = {} is too large", name, digits),
                         fmt::format("a dimension is at most {}", runtime::max_dimension));
    }
    return value;
}

std::map<std::string, std::int64_t> dims_of(const CompileArguments& arguments) {
    std::map<std::string, std::int64_t> dims;
    for (const auto& [name, digits] : arguments.dims) dims.emplace(name, size_of(name, digits));
    return dims;
}

}  // namespace

int compile(const CompileArguments& arguments) {
    const Model model = Model::from_file(arguments.file);
    const auto objects =
        runtime::compile_exports(model.state(), dims_of(arguments), arguments.precision);
    const std::filesystem::path folder = arguments.folder;
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        throw InputError(
            fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
    }
    JsonWriter json;
    json.open_object().key("exports").open_list();
    std::string text;
    for (const runtime::ExportedObject& object : objects) {
        const std::filesystem::path object_path = folder / (object.name + ".o");
        const std::filesystem::path header_path = folder / (object.name + ".h");
        write_file(object_path, object.object.data(), object.object.size());
        write_file(header_path, object.header.data(), object.header.size());
        json.open_object().key("name").text(object.name);
        json.key("object").text(object_path.string());
        json.key("header").text(header_path.string()).close_object();
        text += fmt::format("{}\n{}\n", object_path.string(), header_path.string());
    }
    json.close_list().close_object();
    if (arguments.format == "json") text = json.str() + "\n";
    std::fputs(text.c_str(), stdout);
    return exit_fine;
}

}  // namespace nabla::cli
