/* unroll: an instrument for watching gradients travel through time. */
#include "app/cli.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	for (int i = 0; argc > 1 && i < clis_count; i++)
		if (strcmp(argv[1], clis[i]->name) == 0)
			return clis[i]->run(argc - 1, argv + 1);
	for (int i = 0; i < clis_count; i++)
		fprintf(stderr, "usage: unroll %s\n", clis[i]->usage);
	return ERR_INPUT;
}
