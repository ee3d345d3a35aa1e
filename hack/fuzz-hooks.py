"""Bodies that schemathesis does not know how to write."""

import gzip

import schemathesis


@schemathesis.serializer("application/gzip")
def gzip_body(ctx, value):
    if isinstance(value, bytes):
        return gzip.compress(value)
    return gzip.compress(str(value).encode("utf-8", "surrogatepass"))
