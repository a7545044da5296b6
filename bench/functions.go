package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// functions are the packages whose Go benchmarks show where a join's time goes, and
// what a meeting of 300 costs.
var functions = []string{"./signature", "./internal/admission", "./internal/credential", "./internal/store", "./internal/media/livekit", "./bench/loadgen"}

// measureFunctions runs the packages' own Go benchmarks.
func measureFunctions(ctx context.Context, out *report, benchTime string) error {
	p := part{
		title: "Go benchmarks", text: "`go test -run ^$ -bench . -benchmem` of the packages a join passes through, and of a whole server with 300 people in a meeting.",
		columns: []string{"Benchmark", "time", "memory", "allocations"},
	}
	run := exec.CommandContext(ctx, "go", append([]string{"test", "-run", "^$", "-bench", ".", "-benchmem", "-benchtime", benchTime}, functions...)...)
	var output bytes.Buffer
	run.Stdout, run.Stderr = &output, os.Stderr
	if err := run.Run(); err != nil {
		return fmt.Errorf("go test -bench: %w\n%s", err, output.String())
	}
	p.rows = readBenchmarks(output.Bytes())
	if len(p.rows) == 0 {
		return fmt.Errorf("%s have no benchmarks", strings.Join(functions, ", "))
	}
	out.parts = append(out.parts, p)
	return nil
}

// readBenchmarks reads lines like
// "BenchmarkVerify-2   12345   1056 ns/op   480 B/op   9 allocs/op".
func readBenchmarks(text []byte) (rows [][]string) {
	lines := bufio.NewScanner(bytes.NewReader(text))
	pkg := ""
	for lines.Scan() {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "pkg: "); ok {
			pkg = strings.TrimPrefix(name, "github.com/anteroom/anteroom/")
			continue
		}
		words := strings.Fields(line)
		if len(words) < 4 || !strings.HasPrefix(words[0], "Benchmark") {
			continue
		}
		// The name ends in the number of cores.
		name := strings.TrimPrefix(words[0], "Benchmark")
		if i := strings.LastIndexByte(name, '-'); i > 0 {
			name = name[:i]
		}
		row := []string{pkg + " " + name, "", "", ""}
		for i := 3; i < len(words); i += 2 {
			switch words[i] {
			case "ns/op":
				row[1] = words[i-1] + " ns"
			case "B/op":
				row[2] = words[i-1] + " B"
			case "allocs/op":
				row[3] = words[i-1]
			}
		}
		rows = append(rows, row)
	}
	return rows
}
