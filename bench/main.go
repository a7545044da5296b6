// Command bench measures Anteroom and writes what it found as one page:
//
//	go run ./bench -o docs/benchmarks.md
//	go run ./bench -quick -only sqlite,bundles
//	go run ./bench -soak 10m -o docs/soak.md
//
// It is run from the project's folder after `make build`. What it compares, it
// compares in one run on one machine, so that ratios hold elsewhere as well. A
// target that was not reached is reported as short and is no error, but for a
// soak's: memory that is not steady ends in exit code 1.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/media/livekit"
)

// sections are the names of the parts, in the order in which they run.
var sections = []string{"sqlite", "postgres", "program", "bundles", "frames", "many", "auth-proxy", "memory", "functions"}

type settings struct {
	out, program, profiles string
	quick                  bool
	only                   []string
	// soak is how long to soak in place of measuring; 0 measures.
	soak time.Duration
}

func main() {
	var s settings
	var only string
	flag.StringVar(&s.out, "o", "", "also write the page to this file")
	flag.StringVar(&s.program, "program", "bin/anteroom", "the built program")
	flag.StringVar(&s.profiles, "profiles", "", "write a CPU profile of each kind of load, server included, to this folder")
	flag.BoolVar(&s.quick, "quick", false, "measure less, for a rough look")
	flag.StringVar(&only, "only", "", "measure only these, separated by commas: "+strings.Join(sections, ", "))
	flag.DurationVar(&s.soak, "soak", 0, "keep a meeting of 25 publishers going for so long and see whether memory stays steady, in place of all else")
	asGuests := flag.Bool("guests", false, "be guests of a meeting, as the standard input says (for the memory section's own use)")
	flag.Parse()
	if only != "" {
		s.only = strings.Split(only, ",")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	run := s.run
	if *asGuests {
		run = func(ctx context.Context) error { return runGuests(ctx, os.Stdin, os.Stdout) }
	}
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (s settings) run(ctx context.Context) error {
	for _, name := range s.only {
		if !slices.Contains(sections, name) {
			return fmt.Errorf("-only: there is no %q; there are %s", name, strings.Join(sections, ", "))
		}
	}
	out := &report{title: "Benchmarks", intro: "Written by `make bench`. Generator and server share this machine's cores; ratios are of\n" +
		"one run, absolute figures are this machine's.\n", head: []string{machine(time.Now())}}
	if load, ok := busy(); ok {
		out.head = append(out.head, fmt.Sprintf("load average of the machine before: %.1f (0 means that nothing else was running)", load))
	}
	var soaked error
	if s.soak > 0 {
		out.title, out.intro = "Soak", "Written by `make soak`. Server, pages and publishers share this machine, which does not affect their memory.\n"
		if soaked = soak(ctx, out, s.program, s.soak); soaked != nil && !errors.Is(soaked, errNotSteady) {
			return soaked
		}
	} else {
		s.measure(ctx, out)
	}
	page := out.markdown()
	fmt.Print(page)
	if err := ctx.Err(); err != nil {
		return errors.New("interrupted")
	}
	if s.out != "" {
		if err := os.WriteFile(s.out, []byte(page), 0o644); err != nil {
			return err
		}
	}
	if len(out.faults) > 0 {
		return fmt.Errorf("not everything could be measured: %s", strings.Join(out.faults, "; "))
	}
	return soaked
}

// measure runs the sections. One that cannot be measured does not keep the
// others from it.
func (s settings) measure(ctx context.Context, out *report) {
	sc, starts, settle, runs, benchTime := fullScale, 7, 20*time.Second, 20, "1s"
	people, attack, pairs := 200, 2*time.Minute, 300
	many := manyScale{frames: 240, openings: 10}
	if s.quick {
		people, attack, pairs = 40, 20*time.Second, 30
		many = manyScale{frames: 60, openings: 4}
		sc, starts, settle, runs, benchTime = quickScale, 3, 5*time.Second, 4, "100ms"
	}
	sc.profiles = s.profiles
	steps := map[string]func() error{
		"sqlite":     func() error { return s.joins(ctx, out, sc, "SQLite", sqliteDatabases) },
		"postgres":   func() error { return s.joins(ctx, out, sc, "PostgreSQL", postgresDatabases) },
		"program":    func() error { return measureProgram(ctx, out, s.program, starts, settle) },
		"bundles":    func() error { return measureBundles(out) },
		"frames":     func() error { return measureFrames(ctx, out, s.program, runs) },
		"many":       func() error { return measureMany(ctx, out, s.program, many) },
		"auth-proxy": func() error { return measureAuthProxy(ctx, out, pairs) },
		"memory":     func() error { return measureMemory(ctx, out, s.program, people, attack) },
		"functions":  func() error { return measureFunctions(ctx, out, benchTime) },
	}
	for _, name := range sections {
		if (len(s.only) > 0 && !slices.Contains(s.only, name)) || ctx.Err() != nil {
			continue
		}
		fmt.Fprintln(os.Stderr, "bench: measuring", name)
		if err := steps[name](); err != nil {
			out.fail(name, err)
		}
	}
}

// joins measures joins on one kind of database.
func (s settings) joins(ctx context.Context, out *report, sc scale, name string, open databases) error {
	fresh, done := open()
	defer done()
	engine, err := livekit.New(media.Config{Embedded: media.EmbeddedConfig{LoopbackOnly: true}}, nil)
	if err != nil {
		return err
	}
	defer func() { _ = engine.Close(context.WithoutCancel(ctx)) }()
	figures, err := measureJoins(ctx, sc, engine, fresh)
	if err != nil {
		return err
	}
	figures.describe(out, name, sc)
	return nil
}
