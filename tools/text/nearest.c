/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tools/text/nearest.h"

enum { LONGEST = 31 };

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

unsigned int word_distance(const char *typed, const char *word)
{
	/* [i][j]: from the first i letters typed to the first j of the word */
	unsigned int distance[LONGEST + 1][LONGEST + 1];
	size_t rows = strlen(typed), columns = strlen(word);

	if (rows > LONGEST || columns > LONGEST)
		return LONGEST + 1;
	for (unsigned int i = 0; i <= rows; i++)
		for (unsigned int j = 0; j <= columns; j++) {
			unsigned int *here = &distance[i][j];

			*here = i + j;
			if (i == 0 || j == 0)
				continue;
			*here = least(distance[i - 1][j], distance[i][j - 1]) + 1;
			*here = least(*here,
				distance[i - 1][j - 1] + (typed[i - 1] != word[j - 1]));
			if (i > 1 && j > 1 && typed[i - 1] == word[j - 2] &&
				typed[i - 2] == word[j - 1])
				*here = least(*here, distance[i - 2][j - 2] + 1);
		}
	return distance[rows][columns];
}
