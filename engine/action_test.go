package engine

import "testing"

func TestActionsAreComparedByWhatTheySay(t *testing.T) {
	tests := []struct {
		a, b string
		same bool
	}{
		{"Throttle connections to 30%", "throttled the connections to 45 %", true},
		{"Restart the payment pods", "restarted payment pods", true},
		{"Roll back the deploy", "Rolled back the release", true},
		{"Throttle connections to 30%", "Throttle connections to 30% on the service that holds most sessions", true},
		{"Restart the pods", "Restart the pods and roll back the deploy", false},
		{"Raise the pool size", "Lower the pool size", false},
		{"Scale the workers up to 12", "Scale the workers down to 2", false},
		{"Enable the circuit breaker for the search service", "Disable the circuit breaker for the search service", false},
		{"Restart the payment pods", "Fail over to the replica", false},
		{"重启支付服务", "重启支付服务", true},
		{"", "", false},
		{"42", "42", false},
	}
	for _, tt := range tests {
		if got := readAction(tt.a).same(readAction(tt.b)); got != tt.same {
			t.Errorf("%q and %q: same %v; want %v", tt.a, tt.b, got, tt.same)
		}
		if got := readAction(tt.b).same(readAction(tt.a)); got != tt.same {
			t.Errorf("%q and %q the other way round: same %v; want %v", tt.a, tt.b, got, tt.same)
		}
	}
}
