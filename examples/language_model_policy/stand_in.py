"""Stands in for a language model, to try the policy without one: reads the same text, and answers by a few rules.

    python3 examples/language_model_policy/stand_in.py --port 8080

It is no language model, and its nines are nobody's. It shows that what a policy needs stands in the text.
"""

import argparse
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PEOPLE = ("child", "adult", "cyclist", "rider", "stroller", "animal")


def answer(text):
    """Speed and belief from the words."""
    wish = float(re.search(r"task asks for ([\d.]+) m/s", text)[1])
    speed, belief = wish, 0.0
    for line in text.splitlines():
        place = re.match(r"- #\d+ ([a-z ]+?)(?: \(probability [\d.]+\))?: ([\d.]+) m ahead.*?; ([\d.]+) m (?:left|right) of your path", line)
        if not place:
            continue
        kind, ahead, aside = place[1], float(place[2]), float(place[3])
        comes = "towards your path" in line
        if kind in PEOPLE and aside < 5 and ahead < 45:
            wishes = re.search(r"wish to cross at ([\d.]+)", line)
            belief = max(belief, 0.9 if comes else float(wishes[1]) if wishes else 0.3)
            # So that half of the way there is enough to stop at 4 m/s².
            careful = max(2.5, (2 * 4 * max(ahead - 6, 0) / 2) ** 0.5)
            speed = min(speed, 0.0 if comes and ahead < 30 else careful)
        elif aside < 1.8 and ahead < 60:
            speed = min(speed, (2 * 3 * max(ahead - 8, 0)) ** 0.5)
    return {"speed_mps": round(speed, 2), "belief": round(belief, 2), "why": "by rule"}


class Handler(BaseHTTPRequestHandler):
    """Answers chat completions."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = json.dumps(answer(question["messages"][-1]["content"]))
        body = json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(port, handler=Handler):
    """A server on loopback; port 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), handler)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8080)
    with serve(parser.parse_args().port) as server:
        server.serve_forever()
