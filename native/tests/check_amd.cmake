# Compiles each file of the folder KERNELS for AMD's GPUs, to objects in the folder OUTPUT. Needs no
# GPU, only a clang with the amdgcn target, which is looked for each time the test runs.
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
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME)
  foreach(gpu gfx90a gfx1030)  # CDNA 2 (64 lanes), RDNA 2 (32 lanes)
    execute_process(
      COMMAND ${clang} -x cl -cl-std=CL1.2 -target amdgcn-amd-amdhsa -mcpu=${gpu} -nogpulib
        -Xclang -finclude-default-header -Werror -DGPU -I ${KERNELS} -c ${file}
        -o ${OUTPUT}/${name}.${gpu}.o
      RESULT_VARIABLE status)
    if(status EQUAL 0)
      message("${name} ${gpu}: ok")
    else()
      message(SEND_ERROR "${name}: does not compile for ${gpu}")
    endif()
  endforeach()
endforeach()
