// The commands of the REPL, `:name argument`: one row each in the table of repl_commands.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/line_editor.hpp"
#include "cli/repl.hpp"

namespace nabla::cli {

/// Whether the input begins with `:`.
bool is_command(std::string_view input);

/// Carries out a command. Throws InputError: there is no such command, its argument is missing or
/// wrong.
void run_command(Repl& repl, const std::string& input);

/// Whether an input may go on in the next line: not where a path ends it.
bool takes_more_lines(std::string_view input);

/// All commands, with their colon.
std::vector<std::string> command_names();

/// Throws InputError for a word alone that is a command without its colon (`help`) or is one in
/// other programs (`exit`), unless it is a name of the session.
void check_no_command_word(Repl& repl, const std::string& input);

/// Whether a line is a word alone by which people leave programs: `quit`, `exit`.
bool ends_programs(std::string_view line);

/// Files that complete a text which ends in a command's path; nothing for any other text.
std::optional<Candidates> complete_path(std::string_view text);

}  // namespace nabla::cli
