// PostgreSQL's client library. On Debian the header lies in /usr/include/postgresql; pkg-config `libpq` gives the path.
#include <libpq-fe.h>
