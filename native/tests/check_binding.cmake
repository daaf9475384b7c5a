# Runs Binding.java with the binding that was built in ROOT, on the models of BUNDLES.
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(READ ${ROOT}/tests/target/classpath.txt libraries)
string(STRIP "${libraries}" libraries)
find_program(java java HINTS $ENV{JAVA_HOME}/bin REQUIRED)
run(${java} -cp ${libraries} ${CMAKE_CURRENT_LIST_DIR}/Binding.java ${BUNDLES}/vae.glimpse
  ${BUNDLES}/cvae.glimpse)
