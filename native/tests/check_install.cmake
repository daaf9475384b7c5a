# Installs the library of BUILD below OUTPUT, builds samples against it in both ways that
# docs/embedding.md tells, and runs it on BUNDLE.
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${OUTPUT})
set(prefix ${OUTPUT}/prefix)
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})

set(ENV{PKG_CONFIG_PATH} ${prefix}/${LIBRARIES}/pkgconfig)
set(ENV{LD_LIBRARY_PATH} ${prefix}/${LIBRARIES})
run(sh -c "cc '${SAMPLES}/sample.c' $(pkg-config --cflags --libs glimpse) -o '${OUTPUT}/demo'")
run(${OUTPUT}/demo ${BUNDLE} ${OUTPUT}/demo.pgm)
if(CMAKE_HOST_SYSTEM_NAME STREQUAL Linux)
  run(sh -c "cc '${SAMPLES}/sample.c' $(pkg-config --cflags glimpse) \
    $(pkg-config --static --libs glimpse | sed 's/-lglimpse/-l:libglimpse.a/') -o '${OUTPUT}/alone'")
  run(${OUTPUT}/alone ${BUNDLE} ${OUTPUT}/alone.pgm)
  run(${CMAKE_COMMAND} -E compare_files ${OUTPUT}/demo.pgm ${OUTPUT}/alone.pgm)
endif()

run(${CMAKE_COMMAND} -S ${CONSUMER} -B ${OUTPUT}/consumer -DSAMPLES=${SAMPLES}
  -DCMAKE_PREFIX_PATH=${prefix})
run(${CMAKE_COMMAND} --build ${OUTPUT}/consumer)
foreach(sample c_glimpse c_static cpp_glimpse cpp_static)
  run(${OUTPUT}/consumer/sample_${sample} ${BUNDLE} ${OUTPUT}/${sample}.pgm)
  run(${CMAKE_COMMAND} -E compare_files ${OUTPUT}/demo.pgm ${OUTPUT}/${sample}.pgm)
endforeach()

# The ABI, and nothing else.
execute_process(COMMAND nm -D --defined-only ${prefix}/${LIBRARIES}/libglimpse.so
  OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" symbols "${symbols}")
foreach(symbol IN LISTS symbols)
  if(NOT symbol MATCHES " T glimpse_[a-z_]+$")
    message(FATAL_ERROR "the library shows ${symbol}")
  endif()
endforeach()
