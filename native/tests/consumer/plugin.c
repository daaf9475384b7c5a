/* A plug-in that keeps the library to itself: this is all that it exports. */
#include <glimpse.h>

int plugin_images(const char* path, uint32_t* width) {
  glimpse_model* model;
  const int status = glimpse_open(path, NULL, &model);
  if (status == GLIMPSE_OK) {
    glimpse_images(model, NULL, width, NULL, NULL);
    glimpse_close(model);
  }
  return status;
}
