package engine

import "slices"

const (
	valuesKept = 120 // of an alert
	trendKept  = 40  // of an incident, for its line in a list
)

// valued adds the alert's own value to those that its series has had.
func (a *Alert) valued(before []Sample) []Sample {
	if a.Value == nil {
		return before
	}
	return latest(append(slices.Clone(before), Sample{At: a.ReceivedAt, Value: *a.Value}), valuesKept)
}

// trend keeps on an incident the values of the alert that opened it; where that
// one has none, of the first that has.
func (i *Incident) trend(a *Alert) {
	if len(a.Values) > 0 && (len(i.Trend) == 0 || a.Source == i.Source && a.Fingerprint == i.Fingerprint) {
		i.Trend = latest(slices.Clone(a.Values), trendKept)
	}
}

// latest is the end of a list, at most n of it.
func latest(list []Sample, n int) []Sample { return list[max(0, len(list)-n):] }
