# Sets `switches` to the options that a kernel file is compiled with: none, then one for each of its
# switches (#ifndef NAME, #define NAME 0), turned on.
function(find_switches file)
  file(READ ${file} source)
  string(REGEX MATCHALL "#ifndef [A-Z_]+[ \n]+#define [A-Z_]+ 0[ \n]" found "${source}")
  set(options NONE)
  foreach(match IN LISTS found)
    string(REGEX REPLACE "#ifndef ([A-Z_]+).*" "\\1" name "${match}")
    list(APPEND options ${name})
  endforeach()
  set(switches ${options} PARENT_SCOPE)
endfunction()
