package main

import (
	"fmt"
	"time"
)

// Targets of joins, see the plan of the project.
const (
	acceptedRatio = 0.08
	acceptedRate  = 3000
	refusedRatio  = 0.15
	refusedRate   = 8000
	constantP99   = 20.0
)

func rate(r run) float64 { return r.rate }

// describe puts the figures of one database into the report.
func (f joinFigures) describe(out *report, database string, sc scale) {
	accepted := medianOf(f.rounds, func(r round) float64 { return r.accepted.rate })
	refused := medianOf(f.rounds, func(r round) float64 { return r.refused.rate })
	acceptedShare := medianOf(f.rounds, func(r round) float64 { return r.accepted.rate / r.acceptedNoop.rate })
	refusedShare := medianOf(f.rounds, func(r round) float64 { return r.refused.rate / r.refusedNoop.rate })
	out.atLeast("Accepted joins a second, "+database, accepted, acceptedRate, "%.0f")
	out.atLeast("… as a share of a no-op", acceptedShare, acceptedRatio, "%.3f")
	out.atLeast("Refused joins a second, "+database, refused, refusedRate, "%.0f")
	out.atLeast("… as a share of a no-op", refusedShare, refusedRatio, "%.3f")
	out.atMost(fmt.Sprintf("p99 of %d joins a second, %s, ms", sc.perSecond, database), milliseconds(f.constant.p99), constantP99, "%.1f")

	p := part{
		title: "Joins over HTTP, " + database,
		text: fmt.Sprintf("Production mode, attempts recorded. %d rounds, each on a fresh database with %d live meetings that are\n"+
			"joined in turn over %d keep-alive connections; medians over the rounds. The no-op is a handler in the\n"+
			"same process that reads the same request and answers as many bytes. Latencies of the closed loop hold\n"+
			"its %d connections' queue; the line at a constant rate counts from when each request was due. CPU is this\n"+
			"process's processor time per request, the generator's and the background's share included; the same ratio\n"+
			"made of it hardly depends on what else the machine does.",
			len(f.rounds), liveMeetings, sc.connections, sc.connections),
		columns: []string{"Requests", "per second", "p50", "p99", "CPU", "answer", "of the no-op", "by CPU", "of /rtc/validate"},
	}
	line := func(name string, of, against func(round) run) {
		cell := func(figure func(run) float64) float64 {
			return medianOf(f.rounds, func(r round) float64 { return figure(of(r)) })
		}
		noopShare, cpuShare, validateShare := "", "", fmt.Sprintf("%.2f", medianOf(f.rounds, func(r round) float64 { return of(r).rate / r.validate.rate }))
		if against != nil {
			noopShare = fmt.Sprintf("%.3f", medianOf(f.rounds, func(r round) float64 { return of(r).rate / against(r).rate }))
			cpuShare = fmt.Sprintf("%.3f", medianOf(f.rounds, func(r round) float64 { return float64(against(r).cpu) / float64(of(r).cpu) }))
		}
		p.row(name, count(cell(rate)), ms(cell(func(r run) float64 { return milliseconds(r.p50) })),
			ms(cell(func(r run) float64 { return milliseconds(r.p99) })), micros(time.Duration(cell(func(r run) float64 { return float64(r.cpu) }))), fmt.Sprintf("%.0f B", cell(func(r run) float64 { return float64(r.size) })),
			noopShare, cpuShare, validateShare)
	}
	line("accepted joins, participants written", func(r round) run { return r.accepted }, func(r round) run { return r.acceptedNoop })
	line("no-op of that size", func(r round) run { return r.acceptedNoop }, nil)
	line("refused joins, wrong passcode", func(r round) run { return r.refused }, func(r round) run { return r.refusedNoop })
	line("no-op of that size", func(r round) run { return r.refusedNoop }, nil)
	line("LiveKit's /rtc/validate, through Anteroom", func(r round) run { return r.validate }, func(r round) run { return r.refusedNoop })
	c := f.constant
	p.row(fmt.Sprintf("accepted joins, constant %d/s for %v", sc.perSecond, sc.constant), count(c.rate), ms(milliseconds(c.p50)), ms(milliseconds(c.p99)), micros(c.cpu), fmt.Sprintf("%d B", c.size), "", "", "")
	w := f.probed
	p.row(fmt.Sprintf("wrong signatures, %.0f %% of them searched", 100*f.searched), count(w.rate), ms(milliseconds(w.p50)), ms(milliseconds(w.p99)), micros(w.cpu), fmt.Sprintf("%d B", w.size), "", "", "")
	out.parts = append(out.parts, p)
	kept, dropped := 0, int64(0)
	for _, r := range f.rounds {
		kept += r.attempts
		dropped += r.dropped
	}
	out.head = append(out.head, fmt.Sprintf("%s: %s attempts recorded, %d dropped", database, count(float64(kept)), dropped))
}
