package engine

import (
	"testing"
	"time"
)

func TestAChangeIsToldNextToWhatItMayHaveBroken(t *testing.T) {
	at := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	tests := []struct {
		in   Change
		want string
	}{
		{Change{Kind: "deploy", Service: "checkout", Ref: "4f1c2e", At: at.Add(-3 * time.Minute)}, "deploy checkout 4f1c2e, 3 min before"},
		{Change{Kind: "deploy", Service: "checkout", Ref: "4f1c2e", Title: "deploy 4f1c2e", Actor: "ann", At: at.Add(-3 * time.Minute)}, "deploy checkout 4f1c2e by ann, 3 min before"},
		{Change{Kind: "deploy", Service: "checkout", Environment: "staging", Ref: "4f1c2e", Actor: "ann", At: at.Add(-3 * time.Minute)}, "deploy checkout 4f1c2e in staging by ann, 3 min before"},
		{Change{Kind: "flag", Service: "checkout", Title: "new pricing on", At: at.Add(-25 * time.Minute)}, "flag checkout: new pricing on, 25 min before"},
		{Change{Service: "checkout", Title: "change checkout", Ref: "0123456789abcdef0123456789abcdef01234567", At: at}, "change checkout 0123456, 0 s before"},
	}
	for _, tt := range tests {
		if got := tt.in.Before(at); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
