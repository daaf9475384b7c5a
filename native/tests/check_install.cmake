# Installs the library of BUILD, whose sources are in ROOT, below OUTPUT, builds programs with it in
# all ways that docs/embedding.md tells, and runs them on BUNDLE.
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${OUTPUT})
set(prefix ${OUTPUT}/prefix)
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
if(NOT EXISTS ${prefix}/share/doc/glimpse/LICENSE)
  message(FATAL_ERROR "the licence is not installed")
endif()

set(ENV{PKG_CONFIG_PATH} ${prefix}/${LIBRARIES}/pkgconfig)
set(ENV{LD_LIBRARY_PATH} ${prefix}/${LIBRARIES})
run(sh -c "cc '${SAMPLES}/sample.c' $(pkg-config --cflags --libs glimpse) -o '${OUTPUT}/demo'")
run(${OUTPUT}/demo ${BUNDLE} ${OUTPUT}/demo.pgm)

function(run_sample program)
  run(${program} ${BUNDLE} ${program}.pgm)
  run(${CMAKE_COMMAND} -E compare_files ${OUTPUT}/demo.pgm ${program}.pgm)
endfunction()

if(CMAKE_HOST_SYSTEM_NAME STREQUAL Linux)
  run(sh -c "cc -DGLIMPSE_STATIC '${SAMPLES}/sample.c' $(pkg-config --cflags glimpse) \
    $(pkg-config --static --libs glimpse | sed 's/-lglimpse/-l:libglimpse.a/') -o '${OUTPUT}/alone'")
  run_sample(${OUTPUT}/alone)
endif()

# build_consumer(FOLDER LANGUAGE TARGETS OPTION...)
function(build_consumer folder language targets)
  run(${CMAKE_COMMAND} -S ${CONSUMER} -B ${OUTPUT}/${folder} -DSAMPLES=${SAMPLES}
    -DLANGUAGE=${language} ${ARGN})
  run(${CMAKE_COMMAND} --build ${OUTPUT}/${folder} --parallel 2 --target ${targets})
endfunction()

build_consumer(found C all -DCMAKE_PREFIX_PATH=${prefix})
build_consumer(found_cxx CXX all -DCMAKE_PREFIX_PATH=${prefix})
# The static library alone, and its sources as one: that takes half the time.
build_consumer(added C "sample_C_static;plugin" -DSOURCE=${ROOT} -DCMAKE_UNITY_BUILD=ON)
foreach(program found/sample_C_glimpse found/sample_C_static found_cxx/sample_CXX_glimpse
    found_cxx/sample_CXX_static added/sample_C_static)
  run_sample(${OUTPUT}/${program})
endforeach()

# exported(LIBRARY PATTERN): that a library exports such symbols, and no others.
function(exported library pattern)
  execute_process(COMMAND nm -D --defined-only ${library}
    OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" symbols "${symbols}")
  if(NOT symbols)
    message(FATAL_ERROR "${library} shows nothing")
  endif()
  foreach(symbol IN LISTS symbols)
    if(NOT symbol MATCHES " T ${pattern}$")
      message(FATAL_ERROR "${library} shows ${symbol}")
    endif()
  endforeach()
endfunction()

exported(${prefix}/${LIBRARIES}/libglimpse.so "glimpse_[a-z_]+")
exported(${OUTPUT}/found/libplugin.so plugin_images)
exported(${OUTPUT}/added/libplugin.so plugin_images)

# Other minor versions are other libraries, until 1.0.
string(REGEX MATCH "^[0-9]+[.][0-9]+" minor ${VERSION})
execute_process(COMMAND readelf -d ${prefix}/${LIBRARIES}/libglimpse.so
  OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
if(NOT dynamic MATCHES "SONAME[^\n]*\\[libglimpse[.]so[.]${minor}\\]")
  message(FATAL_ERROR "the library is not known as libglimpse.so.${minor}:\n${dynamic}")
endif()
