#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nabla/error.hpp>
#include <nabla/nabla.hpp>
#include <string>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/json_writer.hpp"
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

}  // namespace

int compile(const CompileArguments& arguments) {
    const Model model = Model::from_file(arguments.file);
    const auto objects = runtime::compile_exports(model.state(), arguments.dims);
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
