/* Movies as MP4 and WebM: the program ffmpeg encodes the pixels that it reads from its standard input. It is started
 * without a shell, and writes to our temporary file, never to the target. */
#include "io/movie_kind.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

typedef struct pipeline {
	pid_t child;
	int input;  /* ffmpeg's standard input */
	FILE *said; /* what it writes to standard error */
	size_t bytes;
	double rate;
	struct sigaction pipe_before;
} pipeline;

static const char *const folders = "/usr/local/bin:/usr/bin:/bin";

/* Where the shell would find it. */
static bool find_program(const char *name, char *buf, size_t size)
{
	const char *path = getenv("PATH");
	for (const char *at = path ? path : folders; *at;) {
		size_t n = strcspn(at, ":");
		int used = n ? snprintf(buf, size, "%.*s/%s", (int)n, at, name) : -1;
		if (used > 0 && (size_t)used < size && access(buf, X_OK) == 0)
			return true;
		at += n + (at[n] == ':');
	}
	return false;
}

static bool check(const char *path, err *e)
{
	char program[FILE_PATH];
	if (strcmp(path, "-") == 0)
		return err_input(e, "a movie of this kind cannot go to standard output; allowed: a file");
	return find_program("ffmpeg", program, sizeof program) ||
	       err_machine(e,
	               "%s: the program ffmpeg is needed for .mp4 and .webm and is not installed; .gif needs nothing",
	               path);
}

/* The last line that ffmpeg has said. */
static const char *last_words(FILE *said, char *buf, size_t size)
{
	char line[256];
	snprintf(buf, size, "it gives no reason");
	rewind(said);
	while (fgets(line, sizeof line, said)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0])
			file_printable(buf, size, line, strlen(line));
	}
	return buf;
}

/* Waits for the end; the signal that a broken pipe sends is as it was afterwards. */
static int end(pipeline *p)
{
	int status = -1;
	if (p->input >= 0)
		close(p->input);
	while (p->child > 0 && waitpid(p->child, &status, 0) < 0 && errno == EINTR)
		continue;
	sigaction(SIGPIPE, &p->pipe_before, NULL);
	return status;
}

static void release(pipeline *p)
{
	fclose(p->said);
	free(p);
}

static bool launch(pipeline *p, const char *program, char *const *arguments, err *e)
{
	int ends[2];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t how;
	if (pipe(ends) != 0)
		return err_machine(e, "cannot start ffmpeg: %s", strerror(errno));
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, fileno(p->said), STDERR_FILENO);
	posix_spawnattr_init(&how); /* a group of its own: Ctrl+C is for us, and we give the file up */
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&how, 0);
	int failed = posix_spawn(&p->child, program, &actions, &how, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&how);
	close(ends[0]);
	p->input = ends[1];
	if (failed) {
		p->child = 0;
		return err_machine(e, "cannot start ffmpeg: %s", strerror(failed));
	}
	return true;
}

static void *start(file_save *save, const char *extension, int w, int h, double rate, const char *note, err *e)
{
	char program[FILE_PATH], size[32], pictures[32], target[FILE_PATH + 8], *comment = NULL;
	bool mp4 = strcmp(extension, "mp4") == 0;
	pipeline *p = calloc(1, sizeof *p);
	if (asprintf(&comment, "comment=%s", note) < 0)
		comment = NULL;
	if (!p || !comment || !(p->said = tmpfile())) {
		free(comment);
		free(p);
		err_machine(e, "cannot start ffmpeg: %s", strerror(errno));
		return NULL;
	}
	fcntl(fileno(p->said), F_SETFD, FD_CLOEXEC);
	p->bytes = (size_t)w * (size_t)h * sizeof(uint32_t);
	p->rate = rate;
	p->input = -1;
	snprintf(size, sizeof size, "%dx%d", w, h);
	snprintf(pictures, sizeof pictures, "%.6g", rate);
	snprintf(target, sizeof target, "file:%s", save->direct ? save->target : save->temporary);
	const char *const both[] = {"ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-f", "rawvideo",
	        "-pixel_format", "bgra", "-video_size", size, "-framerate", pictures, "-i", "pipe:0", "-an",
	        /* players want an even number of pixels, and colours at half the resolution */
	        "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "-map_metadata", "-1", "-metadata",
	        comment, "-fflags", "+bitexact"};
	const char *const for_mp4[] = {"-crf", "18", "-movflags", "+faststart", "-f", "mp4", target, NULL};
	const char *const for_webm[] = {"-crf", "24", "-b:v", "0", "-f", "webm", target, NULL};
	enum { BOTH = sizeof both / sizeof *both, REST = sizeof for_mp4 / sizeof *for_mp4 };
	char *arguments[BOTH + REST];
	memcpy(arguments, both, sizeof both);
	memcpy(arguments + BOTH, mp4 ? for_mp4 : for_webm, sizeof for_mp4);
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &ignore, &p->pipe_before);
	bool ok = find_program("ffmpeg", program, sizeof program) ? launch(p, program, arguments, e)
	                                                          : err_machine(e, "ffmpeg is not installed");
	free(comment);
	if (ok)
		return p;
	end(p);
	release(p);
	return NULL;
}

static bool send_frame(pipeline *p, const uint32_t *argb, err *e)
{
	const char *at = (const char *)argb;
	char why[200];
	for (size_t left = p->bytes; left > 0;) {
		ssize_t n = write(p->input, at, left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_machine(e, "ffmpeg has stopped: %s", last_words(p->said, why, sizeof why));
		at += n;
		left -= (size_t)n;
	}
	return true;
}

static bool add(void *encoder, const uint32_t *argb, double seconds, err *e)
{
	pipeline *p = encoder;
	long times = lround(seconds * p->rate);
	bool ok = true;
	for (long i = 0; i < (times > 1 ? times : 1) && ok; i++)
		ok = send_frame(p, argb, e);
	return ok;
}

static bool finish(void *encoder, err *e)
{
	pipeline *p = encoder;
	char why[200];
	int status = end(p);
	bool ok = status == 0 ||
	          err_machine(e, "ffmpeg could not make the movie: %s", last_words(p->said, why, sizeof why));
	release(p);
	return ok;
}

static void give_up(void *encoder)
{
	pipeline *p = encoder;
	if (p->child > 0)
		kill(p->child, SIGKILL); /* our own child, not yet waited for */
	end(p);
	release(p);
}

const movie_kind movie_ffmpeg = {check, start, add, finish, give_up};
