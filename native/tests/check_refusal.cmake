# Runs KERNEL_CHECK on the folder KERNELS; passes when it fails and its output holds MESSAGE.
execute_process(COMMAND ${KERNEL_CHECK} ${KERNELS}
  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT status EQUAL 1)
  message(FATAL_ERROR "expected exit status 1, got ${status}:\n${output}")
endif()
if(NOT output MATCHES "${MESSAGE}")
  message(FATAL_ERROR "expected the message '${MESSAGE}', got:\n${output}")
endif()
