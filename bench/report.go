package main

import (
	"fmt"
	"strings"
	"time"
)

// report is what one run of the benchmarks found.
type report struct {
	title, intro string

	head    []string
	targets []target
	parts   []part
	faults  []string
}

// target is one promise, with what became of it.
type target struct {
	what, figure, goal string
	met                bool
}

// part is one table with its explanation.
type part struct {
	title, text string
	columns     []string
	rows        [][]string
}

func (p *part) row(cells ...string) { p.rows = append(p.rows, cells) }

// atLeast and atMost hold a figure against its target.
func (r *report) atLeast(what string, figure, goal float64, format string) {
	r.targets = append(r.targets, target{what, fmt.Sprintf(format, figure), "≥ " + fmt.Sprintf(format, goal), figure >= goal})
}

func (r *report) atMost(what string, figure, goal float64, format string) {
	r.targets = append(r.targets, target{what, fmt.Sprintf(format, figure), "≤ " + fmt.Sprintf(format, goal), figure <= goal})
}

// fail notes a part that could not be measured.
func (r *report) fail(what string, err error) {
	r.faults = append(r.faults, fmt.Sprintf("%s: %v", what, err))
}

func (r *report) markdown() string {
	var b strings.Builder
	b.WriteString("# " + r.title + "\n\n" + r.intro + "\n")
	for _, line := range r.head {
		b.WriteString("- " + line + "\n")
	}
	if len(r.targets) > 0 {
		targets := part{title: "Targets", columns: []string{"What", "Figure", "Target", ""}}
		for _, t := range r.targets {
			verdict := "met"
			if !t.met {
				verdict = "**short**"
			}
			targets.row(t.what, t.figure, t.goal, verdict)
		}
		targets.write(&b)
	}
	for i := range r.parts {
		r.parts[i].write(&b)
	}
	if len(r.faults) > 0 {
		b.WriteString("\n## Not measured\n\n")
		for _, f := range r.faults {
			b.WriteString("- " + f + "\n")
		}
	}
	return b.String()
}

func (p *part) write(b *strings.Builder) {
	b.WriteString("\n## " + p.title + "\n\n")
	if p.text != "" {
		b.WriteString(p.text + "\n\n")
	}
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(p.columns)
	rule := make([]string, len(p.columns))
	for i := range rule {
		rule[i] = "---:"
	}
	rule[0] = "---"
	line(rule)
	for _, row := range p.rows {
		line(row)
	}
}

// count writes a number with its thousands apart.
func count(n float64) string {
	text := fmt.Sprintf("%.0f", n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func ms(v float64) string {
	if v < 10 {
		return fmt.Sprintf("%.2f ms", v)
	}
	return fmt.Sprintf("%.0f ms", v)
}

func micros(d time.Duration) string { return fmt.Sprintf("%d µs", d.Microseconds()) }
