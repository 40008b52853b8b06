package queue

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"ragoffire/engine"
	"ragoffire/store/doc"
)

// Merge returns one job for each subject that is asked for, with the earliest
// time, in an order that is the same for all: who locks their rows in it does
// not stand still against another.
func Merge(jobs []engine.Job) []engine.Job {
	merged := make([]engine.Job, 0, len(jobs))
	for _, j := range jobs {
		merged = append(merged, engine.Job{Kind: doc.Key(j.Kind), Subject: doc.Text(j.Subject), At: j.At})
	}
	slices.SortFunc(merged, func(a, b engine.Job) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(doc.Key(a.Subject), doc.Key(b.Subject)), a.At.Compare(b.At))
	})
	return slices.CompactFunc(merged, func(a, b engine.Job) bool { return a.Kind == b.Kind && a.Subject == b.Subject })
}

// Soonest returns for each kind of job how long it is to the first of them.
func Soonest(jobs []engine.Job) map[string]time.Duration {
	first := make(map[string]time.Duration, 4)
	for _, j := range jobs {
		var after time.Duration
		if !j.At.IsZero() {
			after = max(time.Until(j.At), 0)
		}
		if was, ok := first[j.Kind]; !ok || after < was {
			first[j.Kind] = after
		}
	}
	return first
}

// Args is what River's row says of a subject.
func Args(subject string) (string, error) {
	b, err := doc.Encode(task{Subject: subject})
	return string(b), err
}

// UniqueKey is what River's unique index knows a subject by.
func UniqueKey(kind, subject string) []byte {
	sum := sha256.Sum256([]byte(kind + "\x00" + subject))
	return sum[:16]
}
