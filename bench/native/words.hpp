// The words of a command line, and the fields of an answer.
#pragma once
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace bench {

inline std::string unhex(const std::string& word) {
  std::string bytes;
  if (word == "-") return bytes;
  for (size_t index = 0; index + 1 < word.size(); index += 2) {
    bytes += static_cast<char>(std::stoi(word.substr(index, 2), nullptr, 16));
  }
  return bytes;
}

inline std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// "name":value,
inline std::string json_field(const char* name, uint64_t value) {
  return "\"" + std::string(name) + "\":" + std::to_string(value) + ",";
}

}  // namespace bench
