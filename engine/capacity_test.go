package engine

import (
	"strings"
	"testing"
)

func TestSettingsAreNumbersThatBelongToOneService(t *testing.T) {
	tests := []struct{ text, want string }{
		{"Lower the pool from 200 to 60", "pool 200 → 60"},
		{"Raised max_connections to 400 and restarted", "max_connections → 400"},
		{"pool 200 → 60", "pool 200 → 60"},
		{"Scale the workers to 12 on both nodes", "workers → 12"},
		{"set heap to 4 GB", "heap → 4 GB"},
		{"Throttle connections to 30%", ""},
		{"Throttle connections to 30 percent", ""},
		{"Throttle from 80% to 30%", ""},
		{"Restart the pods", ""},
		{"Fail over to replica 2", ""},
		{"set memory limit to 2 Gi, replicas to 6", "memory → 2 Gi; replicas → 6"},
	}
	for _, tt := range tests {
		if got := strings.Join(settings(tt.text), "; "); got != tt.want {
			t.Errorf("%q sets %q; want %q", tt.text, got, tt.want)
		}
	}
}
