# Compiles each file of the folder KERNELS for AMD's GPUs, to objects in the folder OUTPUT. Needs no
# GPU, only a clang with the amdgcn target, which is looked for each time the test runs. Pedantic,
# because compilers of other vendors refuse what this one adds to the language.
cmake_minimum_required(VERSION 3.22)

find_program(clang NAMES clang clang-20 clang-19 clang-18 clang-17 clang-16 clang-15 clang-14
  NAMES_PER_DIR)
if(clang)
  execute_process(COMMAND ${clang} -print-targets OUTPUT_VARIABLE targets ERROR_QUIET)
endif()
if(NOT targets MATCHES "amdgcn")
  message("SKIPPED: no clang with the amdgcn target, so the kernels were not compiled for AMD")
  return()
endif()

file(GLOB files ${KERNELS}/*.cl)
if(NOT files)
  message(FATAL_ERROR "no kernel files (*.cl) in ${KERNELS}")
endif()
file(MAKE_DIRECTORY ${OUTPUT})
include(${CMAKE_CURRENT_LIST_DIR}/switches.cmake)
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME)
  find_switches(${file})
  foreach(gpu gfx90a gfx1030)  # CDNA 2 (64 lanes), RDNA 2 (32 lanes)
    foreach(switch IN LISTS switches)
      execute_process(
        COMMAND ${clang} -x cl -cl-std=CL1.2 -target amdgcn-amd-amdhsa -mcpu=${gpu} -nogpulib
          -Xclang -finclude-default-header -Wpedantic -Werror -DGPU -D${switch}=1 -I ${KERNELS} -c ${file}
          -o ${OUTPUT}/${name}.${gpu}.${switch}.o
        RESULT_VARIABLE status)
      if(status EQUAL 0)
        message("${name} ${gpu} ${switch}: ok")
      else()
        message(SEND_ERROR "${name}: does not compile for ${gpu} with ${switch}=1")
      endif()
    endforeach()
  endforeach()
endforeach()
