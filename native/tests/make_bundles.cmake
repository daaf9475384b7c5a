# Writes bundles of small models, and what their functions give, to the folder OUTPUT, with the engine
# that was built in ROOT.
cmake_minimum_required(VERSION 3.22)

foreach(needed tests/target/classpath.txt tests/target/test-classes java/target/classes)
  if(NOT EXISTS ${ROOT}/${needed})
    message(FATAL_ERROR "the engine is not built: run 'mvn package -DskipTests' in ${ROOT} first")
  endif()
endforeach()
file(READ ${ROOT}/tests/target/classpath.txt libraries)
string(STRIP "${libraries}" libraries)
file(REMOVE_RECURSE ${OUTPUT})
find_program(java java HINTS $ENV{JAVA_HOME}/bin REQUIRED)
execute_process(
  COMMAND ${java} -XX:+UseSerialGC -cp
    ${ROOT}/tests/target/test-classes:${ROOT}/java/target/classes:${libraries}
    dev.glimpse.export.BundleFixtures ${OUTPUT}
  RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "making bundles failed: ${status}")
endif()
