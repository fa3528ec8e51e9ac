/* pictures: where exported pictures go, under names that never overwrite anything. */
#ifndef APP_PICTURES_H
#define APP_PICTURES_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* The user's folder for pictures (user-dirs.dirs, else ~/Pictures) with unroll/ in it, made when missing. */
bool pictures_folder(char *buf, size_t size, err *e);
/* FOLDER/unroll-YYYYMMDD-HHMMSS[-n], such that none of the extensions (NULL ends the list) exists. */
bool pictures_name(const char *const *extension, char *buf, size_t size, err *e);

#endif
