/* pictures: where exported pictures go, under names that never overwrite anything. */
#ifndef APP_PICTURES_H
#define APP_PICTURES_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* From now on pictures go to this folder; "" = the usual one. */
void pictures_use(const char *folder);
/* The user's folder for pictures (user-dirs.dirs, else ~/Pictures) with unroll/ in it, made when missing. */
bool pictures_folder(char *buf, size_t size, err *e);
/* The same without making it; false when there is no place for it. */
bool pictures_find_folder(char *buf, size_t size);
/* FOLDER/unroll-YYYYMMDD-HHMMSS[-n], such that none of the extensions (NULL ends the list) exists. */
bool pictures_name(const char *const *extension, char *buf, size_t size, err *e);

#endif
