package errcode

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// maxQuery bounds what Nearest compares, in bytes.
const maxQuery = 64

// Nearest returns up to n rows whose number or name is close to the query, the
// closest first: for "did you mean". It finds nothing where about half of the
// query would have to change, and it finds what matches exactly, so ask Lookup or
// ByName first. Queries are compared up to 64 bytes.
func Nearest(query string, n int) []Entry {
	q := normalise(query)
	if n <= 0 || q == "" {
		return nil
	}
	type scored struct{ row, score int }
	list := make([]scored, len(rows))
	for i, e := range rows {
		list[i] = scored{row: i, score: distance(q, e)}
	}
	slices.SortStableFunc(list, func(a, b scored) int { return cmp.Compare(a.score, b.score) })
	out := make([]Entry, 0, min(n, len(list)))
	for _, s := range list[:min(n, len(list))] {
		if s.score > 2*len(q)+3 {
			break
		}
		out = append(out, rows[s.row].clone())
	}
	return out
}

// normalise makes "meeting locked", "meeting-locked" and "MeetingLocked" one.
func normalise(s string) string {
	if len(s) > maxQuery {
		s = s[:maxQuery]
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		default:
			return -1
		}
	}, s)
}

// distance is small for a close row. Edits count four, so that containment and
// numeric nearness can break ties between equal edit distances.
func distance(q string, e Entry) int {
	if number, err := strconv.Atoi(q); err == nil {
		gap := number - int(e.Code)
		if gap < 0 {
			gap = -gap
		}
		return 4*edits(q, strconv.Itoa(int(e.Code))) + min(gap, 3)
	}
	name := normalise(e.Name)
	// A number with a slip in it, such as "3713x", is nearest to a number.
	score := 4 * min(edits(q, name), edits(q, strconv.Itoa(int(e.Code))))
	if strings.Contains(name, q) {
		score = min(score, 2)
	}
	for word := range strings.SplitSeq(e.Name, "_") {
		if len(word) > 3 && strings.Contains(q, word) {
			score -= 2 * len(word)
		}
	}
	return score
}

// edits is the Levenshtein distance over bytes, in one row of memory.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			above := row[j+1]
			step := diagonal
			if a[i] != b[j] {
				step++
			}
			row[j+1] = min(step, above+1, row[j]+1)
			diagonal = above
		}
	}
	return row[len(b)]
}
