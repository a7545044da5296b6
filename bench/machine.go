package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// machine says where and when figures were made.
func machine(now time.Time) string {
	model := "unknown processor"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		model = field(text, "model name", model)
	}
	out := fmt.Sprintf("%s, %d cores, %s, %s/%s, %s", model, runtime.NumCPU(), memory(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	return fmt.Sprintf("%s; %s", out, now.UTC().Format("2006-01-02 15:04 UTC"))
}

func memory() string {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return "unknown memory"
	}
	kib, err := strconv.Atoi(strings.TrimSuffix(field(text, "MemTotal", ""), " kB"))
	if err != nil {
		return "unknown memory"
	}
	return fmt.Sprintf("%d GiB", (kib+512<<10)>>20)
}

// busy is how many processes wanted a core in the last minute; on a machine
// that does something else as well, absolute figures come out too low.
func busy() (float64, bool) {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0, false
	}
	first, _, _ := strings.Cut(string(text), " ")
	load, err := strconv.ParseFloat(first, 64)
	return load, err == nil
}

// processorTime is what this process has used of all cores; 0 where it is unknown.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// field is the value of the first line "name : value".
func field(text []byte, name, otherwise string) string {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		key, value, ok := strings.Cut(lines.Text(), ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return otherwise
}
