# The samples of the folder SAMPLES say how they are called, read pictures with comments and refuse those
# that are cut off; with the models and the picture of BUNDLES.
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

# refused(MESSAGE SAMPLE ARGUMENT...): that a sample fails, and says this.
function(refused message sample)
  execute_process(COMMAND ${SAMPLES}/${sample} ${ARGN} RESULT_VARIABLE status ERROR_VARIABLE said)
  if(status EQUAL 0 OR NOT said MATCHES "${message}")
    message(FATAL_ERROR "${sample} ${ARGN}: ${status}, '${said}' instead of '${message}'")
  endif()
endfunction()

foreach(sample animate classify complete interop sample sample_cpp)
  refused("^${sample} MODEL.glimpse" ${sample})
endforeach()

set(picture ${BUNDLES}/digit.pgm)
set(cut ${BUNDLES}/cut.pgm)
set(commented ${BUNDLES}/commented.pgm)
run(sh -c "head -c 700 '${picture}' >'${cut}'")
run(sh -c "(printf 'P5\\n# a digit\\n28 28 # 5\\n#\\n255\\n' && tail -c 784 '${picture}') \
  >'${commented}'")
refused("cut off" classify ${BUNDLES}/classifier.glimpse ${cut})
refused("cut off" complete ${BUNDLES}/completion.glimpse ${cut} ${BUNDLES}/refused.pgm)
refused("cannot be opened" classify ${BUNDLES}/classifier.glimpse ${BUNDLES}/none.pgm)
refused("no binary PGM" classify ${BUNDLES}/classifier.glimpse ${BUNDLES}/classifier.glimpse)
run(${SAMPLES}/complete ${BUNDLES}/completion.glimpse ${picture} ${BUNDLES}/plain_completed.pgm)
run(${SAMPLES}/complete ${BUNDLES}/completion.glimpse ${commented} ${BUNDLES}/comment_completed.pgm)
run(${CMAKE_COMMAND} -E compare_files ${BUNDLES}/plain_completed.pgm
  ${BUNDLES}/comment_completed.pgm)
