# Compiles each file of the folder KERNELS as CUDA, to PTX in the folder OUTPUT. Needs no GPU, only
# nvcc, which is looked for each time the test runs. What includes group_tile.h is also compiled to
# machine code of sm_90, with the largest tile, which must find room in registers for all its values.
cmake_minimum_required(VERSION 3.22)

find_program(nvcc nvcc HINTS $ENV{CUDA_PATH}/bin /usr/local/cuda/bin /opt/cuda/bin)
if(NOT nvcc)
  message("SKIPPED: no nvcc, so the kernels were not compiled as CUDA")
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
  foreach(switch IN LISTS switches)
    # sm_75 is the one architecture that CUDA 10 and CUDA 13 both know.
    execute_process(
      COMMAND ${nvcc} -ptx -arch=sm_75 -x cu -include ${KERNELS}/dialect/cuda.h -DGPU
        -D${switch}=1 -I ${KERNELS} ${file} -o ${OUTPUT}/${name}.${switch}.ptx
      RESULT_VARIABLE status)
    if(status EQUAL 0)
      message("${name} ${switch}: ok")
    else()
      message(SEND_ERROR "${name}: does not compile as CUDA with ${switch}=1")
    endif()
    file(STRINGS ${file} tiled REGEX "group_tile.h\"")
    if(status EQUAL 0 AND tiled)
      execute_process(
        COMMAND ${nvcc} -cubin -arch=sm_90 --fmad=false --resource-usage -x cu
          -include ${KERNELS}/dialect/cuda.h -DGPU -D${switch}=1 -DTILE_M=128 -DTILE_N=128
          -I ${KERNELS} ${file} -o ${OUTPUT}/${name}.${switch}.cubin
        OUTPUT_VARIABLE usage ERROR_VARIABLE usage)
      if(usage MATCHES "[1-9][0-9]* bytes spill")
        message(SEND_ERROR "${name}: registers do not suffice with ${switch}=1\n${usage}")
      elseif(NOT usage MATCHES "Used [0-9]+ registers")
        message("SKIPPED: this nvcc counts no registers of sm_90")
      endif()
    endif()
  endforeach()
endforeach()
