package engine_test

import (
	"fmt"
	"testing"

	"ragoffire/engine"
)

func TestAProblemThatCameOftenIsNoLessSure(t *testing.T) {
	ask := engine.Question{Text: "uploads to the object store are refused with AccessDenied since the key was rotated"}
	told := func(times int, typed bool) float64 {
		r := newRig(t)
		r.learnt(history()...)
		for n := range times {
			i := past(fmt.Sprintf("PM-9%d", n), "", "media", 0, "Gave the new key to the uploader")
			i.Title, i.Symptom = "Uploads refused", fmt.Sprintf("Uploads to the object store are refused with AccessDenied, attempt %d", n)
			if typed {
				i.ErrorType = "access_denied"
			}
			r.learnt(i)
		}
		d, err := r.Analyze(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		return d.ConfidenceScore
	}
	for _, typed := range []bool{false, true} {
		if once, often := told(1, typed), told(6, typed); often < once-0.05 {
			t.Errorf("typed %v: once %v, six times %v", typed, once, often)
		}
	}
}
