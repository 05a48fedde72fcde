// Data files in: from a file to named arrays.
//
// A format is one file with one function of type `Reader` and one row in the table of data.cpp. A
// reader either returns complete arrays or throws InputError with the file, line and column of the
// first thing wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nabla/error.hpp>

#include "runtime/values.hpp"

namespace nabla::runtime {

/// What a `--data` argument asks for.
struct DataRequest {
    std::string name;       ///< the name to bind; empty: every name in the file
    std::string path;       ///< the file, or the number of `NAME=NUMBER`
    std::string selection;  ///< what stands behind `path:`, for example column names; may be empty
};

/// The text of a data file with the name that diagnostics call it.
struct DataFile {
    std::string path;
    std::string text;
};

/// Reads what `request` asks for out of the file.
using Reader = Values (*)(const DataFile& file, const DataRequest& request);

Values read_json(const DataFile& file, const DataRequest& request);  ///< objects of nested lists
Values read_csv(const DataFile& file, const DataRequest& request);   ///< comma-separated tables
Values read_tsv(const DataFile& file, const DataRequest& request);   ///< tab-separated tables

/// Reads `NAME=PATH`, `NAME=PATH:SELECTION`, `NAME=NUMBER` or `PATH`. The first `:` behind a known
/// suffix begins the selection. Throws InputError for an unknown suffix.
DataRequest parse_data_request(std::string_view argument);

/// Loads what is asked for. Throws InputError: the file is missing, cut short, ragged, or holds
/// text where a number belongs.
Values load_data(const DataRequest& request);

/// An InputError at a byte of a file: line, column in code points and the line's text are found
/// from it.
[[nodiscard]] InputError data_error(const DataFile& file, std::size_t begin, std::size_t end,
                                    std::string message, std::string help = {});

/// The finite or infinite number or NaN that is written there, in full; nothing if it is not a
/// number. Accepts what spreadsheets, NumPy and R write: `-1.5e3`, `+2`, `nan`, `NaN`, `inf`,
/// `Infinity`.
std::optional<double> parse_number(std::string_view text);

/// Whether a finite number is written there that no double holds: `1e999`.
bool is_too_large_number(std::string_view text);

}  // namespace nabla::runtime
