package confidence

import "testing"

func TestFamilies(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"database_timeout", "database_timeout", true},
		{"database_timeout", "DatabaseTimeout", true},
		{"database_timeout", "database_latency", true},
		{"database_timeout", "db_slow", true},
		{"postgres_timeouts", "database_timeout", true},
		{"timeout", "database_timeout", true},
		{"api_5xx", "api_timeout", true},
		{"http_503", "http_5xx", true},
		{"oom_killed", "memory_leak", true},
		{"OutOfMemory", "memory_pressure", true},
		{"kafka_consumer_lag", "kafka_lag", true},
		{"tls_expiry", "certificate_expired", true},
		{"pod_crashloop", "pod_restarts", true},

		{"database_timeout", "cache_timeout", false},
		{"database_timeout", "database_disk_full", false},
		{"disk_full", "disk_latency", false},
		{"kafka_consumer_lag", "replication_lag", false},
		{"bad_deploy", "bad_config", false},
		{"high_error_rate", "high_usage", false},
		{"cpu_saturation", "memory_saturation", false},
		{"", "database_timeout", false},
		{"", "", false},
		{"---", "---", false},
	}
	for _, test := range tests {
		t.Run(test.a+" and "+test.b, func(t *testing.T) {
			if got := Family(test.a, test.b); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if Family(test.b, test.a) != test.want {
				t.Error("it depends on the order")
			}
		})
	}
}

func FuzzFamilyIsSymmetric(f *testing.F) {
	f.Add("database_timeout", "db_latency")
	f.Add("OOM", "\x00\xff")
	f.Fuzz(func(t *testing.T, a, b string) {
		if Family(a, b) != Family(b, a) {
			t.Errorf("%q and %q: it depends on the order", a, b)
		}
	})
}
