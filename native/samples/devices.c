/* Lists the devices that glimpse_options can name, best first: devices */
#include <glimpse.h>
#include <stdio.h>

int main(void) {
  static const char* const kinds[] = {"other", "GPU", "CPU"};
  glimpse_device_info devices[16];
  size_t count;
  if (glimpse_devices(devices, 16, &count)) {
    return fprintf(stderr, "devices: %s\n", glimpse_error()), 1;
  }
  for (size_t i = 0; i < count && i < 16; i++) {
    printf("%-12s %-5s %s (%s)\n", devices[i].id, kinds[devices[i].kind], devices[i].name,
           devices[i].platform);
  }
  printf("%zu in all\n", count);
  return 0;
}
