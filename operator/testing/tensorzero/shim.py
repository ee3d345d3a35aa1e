"""Serves the native HTTP routes of the TensorZero gateway over its real core, for tests, on loopback.

The wheel holds the whole gateway but its own HTTP server: configuration, templates, sampling, retries, fallbacks, provider
dialects, schema validation and error texts are the core's; routing and the check of field names are done here.

    shim.py CONFIG_GLOB      prints "listening on URL"; ends on SIGTERM
    shim.py --check CONFIG_GLOB   builds the configuration and ends; status 1 and the core's words when it is refused
"""

import json
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

os.environ.setdefault("TENSORZERO_DISABLE_PSEUDONYMOUS_USAGE_ANALYTICS", "1")
os.environ.setdefault("RUST_LOG", "error")

import tensorzero.types  # noqa: E402
from tensorzero import TensorZeroError, TensorZeroGateway, TensorZeroInternalError  # noqa: E402

# The core looks this up at its first call. The identity keeps its very JSON, nulls and absent keys included.
tensorzero.types.parse_inference_response = lambda wire: wire

INFERENCE_KEYS = {
    "function_name", "model_name", "episode_id", "input", "stream", "params", "variant_name", "dryrun", "internal", "tags",
    "allowed_tools", "additional_tools", "tool_choice", "parallel_tool_calls", "provider_tools", "output_schema",
    "credentials", "cache_options", "extra_body", "extra_headers", "include_raw_response", "include_raw_usage",
}
BAD_ARGUMENT = ("Failed to deserialize", "Failed to parse")


class BadRequest(Exception):
    pass


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    gateway = None
    busy = 0
    idle = threading.Condition()

    def do_POST(self):
        with self.idle:
            Handler.busy += 1
        try:
            self.post()
        finally:
            with self.idle:
                Handler.busy -= 1
                self.idle.notify_all()

    def post(self):
        if self.path != "/inference":
            return self.answer(404, {"error": f"Route not found: POST {self.path}"})
        try:
            self.answer(200, self.infer())
        except BadRequest as error:
            self.answer(400, {"error": str(error)})
        except TensorZeroError as error:
            self.answer_text(error.status_code, error.text)
        except (ValueError, TypeError) as error:
            self.answer(400, {"error": str(error)})
        except TensorZeroInternalError as error:
            status = 400 if str(error).startswith(BAD_ARGUMENT) else 500
            self.answer(status, {"error": str(error)})

    def do_GET(self):
        if self.path == "/status":
            return self.answer(200, {"status": "ok", "version": version("tensorzero")})
        if self.path == "/health":
            return self.answer(200, {"gateway": "ok"})
        return self.answer(404, {"error": f"Route not found: GET {self.path}"})

    def infer(self):
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
        except json.JSONDecodeError as error:
            raise BadRequest(f"Failed to parse the request body as JSON: {error}") from error
        if not isinstance(body, dict):
            raise BadRequest("The request body must be an object")
        unknown = sorted(set(body) - INFERENCE_KEYS)
        if unknown:
            raise BadRequest(f"unknown field `{unknown[0]}`")
        if "input" not in body:
            raise BadRequest("missing field `input`")
        if body.get("stream"):
            raise BadRequest("This stand-in does not stream")
        return self.gateway.inference(**body)

    def answer(self, status, body):
        self.answer_text(status, json.dumps(body, default=str))

    def answer_text(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("x-tensorzero-gateway-version", version("tensorzero"))
        # Headers and body leave in one segment, or the client's delayed acknowledgement stalls the answer.
        self._headers_buffer.append(b"\r\n" + body)
        self.flush_headers()

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    # Idle connections are not waited for; inferences are, below.
    block_on_close = False

    def handle_error(self, request, client_address):
        # A client that left does not stop the inference, and is no fault.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def build(config):
    return TensorZeroGateway.build_embedded(config_file=config, clickhouse_url=None, timeout=300.0)


def main():
    if sys.argv[1] == "--check":
        try:
            build(sys.argv[2]).close()
        except TensorZeroInternalError as error:
            sys.exit(str(error))
        return
    Handler.gateway = build(sys.argv[1])
    server = Server(("127.0.0.1", 0), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
    with Handler.idle:
        Handler.idle.wait_for(lambda: Handler.busy == 0)


main()
