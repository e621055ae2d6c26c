package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// Most of the time of a script would be the start of processes, 75 ms for each command. So one process
// runs all commands of a script, one after the other, each with the folder and the environment of its
// line. `exec aepflow` still starts a process of its own.

// serverVar makes the program such a process.
const serverVar = "AEPFLOW_TEST_SERVER"

// serverRequest is a command to run.
type serverRequest struct {
	Args, Env []string
	Dir       string
}

// ended is a command that has ended.
type ended struct {
	Code           int
	Stdout, Stderr []byte
}

// serveCommands runs the commands that come in, until there are no more.
func serveCommands(in io.Reader, out io.Writer) int {
	requests, answers := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var r serverRequest
		if err := requests.Decode(&r); err != nil {
			return 0
		}
		os.Clearenv()
		for _, pair := range r.Env {
			name, value, _ := strings.Cut(pair, "=")
			_ = os.Setenv(name, value)
		}
		var stdout, stderr bytes.Buffer
		e := ended{Code: exitWorld}
		if err := os.Chdir(r.Dir); err != nil {
			stderr.WriteString(err.Error())
		} else {
			e.Code = run(context.Background(), r.Args, strings.NewReader(""), &stdout, &stderr)
		}
		e.Stdout, e.Stderr = stdout.Bytes(), stderr.Bytes()
		if err := answers.Encode(e); err != nil {
			return 1
		}
	}
}

// server is the process that runs the commands of a script.
type server struct {
	names    []string        // of the variables that the script may set
	set      map[string]bool // those that it has set, perhaps to nothing since
	requests *json.Encoder
	answers  *json.Decoder
}

var setsVar = regexp.MustCompile(`(?m)^(?:\[[^\]]*\] *)*env '?([A-Za-z0-9_]+)=`)

func startServer(ts *testscript.TestScript) *server {
	s := &server{set: map[string]bool{}, names: []string{
		"PATH", "HOME", "WORK", "TMPDIR", "CI", "AEPFLOW_NOW", "USERPROFILE", "APPDATA", "EMULATOR",
	}}
	text, err := os.ReadFile("testdata/script/" + ts.Name() + ".txtar")
	ts.Check(err)
	for _, m := range setsVar.FindAllSubmatch(text, -1) {
		s.names = append(s.names, string(m[1]))
	}
	cmd := aepflow(ts)
	cmd.Env = append(os.Environ(), serverVar+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	ts.Check(err)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		ts.Check(in.Close())
		ts.Check(cmd.Wait())
	})
	s.requests, s.answers = json.NewEncoder(in), json.NewDecoder(out)
	return s
}

// runProgram runs the program in the process of the script, or, where SEPARATE is set, in one of its own.
func runProgram(ts *testscript.TestScript, args ...string) ended {
	if ts.Getenv("SEPARATE") != "" {
		code := exitCode(ts, ts.Exec("aepflow", args...))
		return ended{code, []byte(ts.ReadFile("stdout")), []byte(ts.ReadFile("stderr"))}
	}
	w := worldOf(ts)
	if w.server == nil {
		w.server = startServer(ts)
	}
	r := serverRequest{Args: args, Dir: ts.MkAbs(".")}
	for _, name := range w.server.names {
		v := ts.Getenv(name)
		if w.server.set[name] = w.server.set[name] || v != ""; w.server.set[name] {
			r.Env = append(r.Env, name+"="+v)
		}
	}
	var e ended
	ts.Check(w.server.requests.Encode(r))
	ts.Check(w.server.answers.Decode(&e))
	return e
}

// show makes what a command printed that of the line of the script.
func (e ended) show(ts *testscript.TestScript) ended {
	_, err := ts.Stdout().Write(e.Stdout)
	ts.Check(err)
	_, err = ts.Stderr().Write(e.Stderr)
	ts.Check(err)
	return e
}

// cmdDo is exec for the program, in the process of the script.
func cmdDo(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || args[0] != "aepflow" {
		ts.Fatalf("usage: do aepflow ARGS…")
	}
	if e := runProgram(ts, args[1:]...).show(ts); (e.Code != 0) != neg {
		ts.Fatalf("%s ended with exit code %d\n%s%s", strings.Join(args, " "), e.Code, e.Stdout, e.Stderr)
	}
}
