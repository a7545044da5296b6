package main

import (
	"math"
	"slices"
	"time"
)

// median is the middle value; of an even number, the mean of the middle two.
// It is NaN of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// percentile is the smallest value that at least p percent do not exceed
// (nearest rank), of sorted values.
func percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// medianOf is the median of one figure of several runs.
func medianOf[T any](runs []T, figure func(T) float64) float64 {
	values := make([]float64, len(runs))
	for i, r := range runs {
		values[i] = figure(r)
	}
	return median(values)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
