/*
 * libwbxml under the same load as our codec: messages to its tree and back, nothing else timed.
 * Started by libwbxml.ts, which compiles it. FILE holds messages, each after its length as 4 octets, big-endian.
 * Reads lines `decode|encode FIRST COUNT MILLISECONDS`; repeats the messages FIRST to FIRST+COUNT-1 for so long and
 * answers `PASSES CPU_NANOSECONDS OCTETS`, octets being those of one pass.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wbxml/wbxml.h>

/* The library exports these, but Debian's package has only the headers of the converters. */
typedef struct WBXMLTree_s WBXMLTree;
WBXMLError wbxml_tree_from_wbxml(WB_UTINY *wbxml, WB_ULONG length, WBXMLLanguage language, int charset, WBXMLTree **tree);
WBXMLError wbxml_tree_to_wbxml(WBXMLTree *tree, WB_UTINY **wbxml, WB_ULONG *length, WBXMLGenWBXMLParams *params);
void wbxml_tree_destroy(WBXMLTree *tree);

typedef struct {
    WB_UTINY *octets;
    WB_ULONG length;
    WBXMLTree *tree;
} Message;

static Message *messages;
static size_t message_count;

static void fail(const char *what)
{
    fprintf(stderr, "libwbxml: %s\n", what);
    exit(1);
}

static WBXMLTree *parse(const Message *message)
{
    WBXMLTree *tree = NULL;
    if (wbxml_tree_from_wbxml(message->octets, message->length, WBXML_LANG_UNKNOWN, 0, &tree) != WBXML_OK)
        fail("a message was refused");
    return tree;
}

static WB_ULONG decode(const Message *message)
{
    wbxml_tree_destroy(parse(message));
    return message->length;
}

static WB_ULONG encode(const Message *message)
{
    /* As we write: WBXML 1.2, numeric public identifier, white space kept, no string table. */
    WBXMLGenWBXMLParams params = {WBXML_VERSION_12, TRUE, FALSE, FALSE};
    WB_UTINY *octets = NULL;
    WB_ULONG length = 0;
    if (wbxml_tree_to_wbxml(message->tree, &octets, &length, &params) != WBXML_OK)
        fail("a tree was refused");
    free(octets);
    return length;
}

static double nanoseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
}

static void load(const char *path)
{
    unsigned char head[4];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail("no messages");
    while (fread(head, 1, 4, file) == 4) {
        messages = realloc(messages, (message_count + 1) * sizeof *messages);
        Message *message = &messages[message_count++];
        message->length = (WB_ULONG)head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
        message->octets = malloc(message->length);
        if (fread(message->octets, 1, message->length, file) != message->length)
            fail("a message is cut");
        message->tree = parse(message);
    }
    fclose(file);
}

int main(int argc, char **argv)
{
    char way[8];
    size_t first, count;
    double milliseconds;
    if (argc != 2)
        fail("one file is expected");
    load(argv[1]);
    while (scanf("%7s %zu %zu %lf", way, &first, &count, &milliseconds) == 4) {
        WB_ULONG (*run)(const Message *) = strcmp(way, "decode") == 0 ? decode : encode;
        double end = nanoseconds(CLOCK_MONOTONIC) + milliseconds * 1e6;
        double start = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
        unsigned long passes = 0, octets;
        if (first + count > message_count)
            fail("no such message");
        do {
            octets = 0;
            for (size_t at = first; at < first + count; at++)
                octets += run(&messages[at]);
            passes++;
        } while (nanoseconds(CLOCK_MONOTONIC) < end);
        printf("%lu %.0f %lu\n", passes, nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - start, octets);
        fflush(stdout);
    }
    return 0;
}
