package webhook_test

import (
	"fmt"
	"testing"
)

// TestADeliveryWithoutTimesIsKnownAgain sends what gives no times, each body as
// firing, over and once more as firing.
func TestADeliveryWithoutTimesIsKnownAgain(t *testing.T) {
	const event = `{"specversion":"1.0","id":%q,"source":"/cron/backup","type":"com.example.alert.%s","subject":"nightly","data":{"title":"Backup failed"}}`
	generic := func(status string) string {
		return fmt.Sprintf(`{"title":"Backup failed","status":%q,"fingerprint":"backup"}`, status)
	}
	for name, c := range map[string]struct {
		source      string
		sent        [3]string
		header      [3]string
		firesAtLast bool
	}{
		"the same bytes":               {"generic", [3]string{generic("firing"), generic("resolved"), generic("firing")}, [3]string{}, false},
		"another id with the same":     {"generic", [3]string{generic("firing"), generic("resolved"), generic("firing")}, [3]string{"Idempotency-Key: 1", "Idempotency-Key: 2", "Idempotency-Key: 3"}, true},
		"the same id with other bytes": {"generic", [3]string{generic("firing"), generic("resolved"), generic("firing") + " "}, [3]string{"X-Webhook-Id: 1", "X-Webhook-Id: 2", "X-Webhook-Id: 1"}, false},
		"other bytes":                  {"generic", [3]string{generic("firing"), generic("resolved"), generic("firing") + " "}, [3]string{}, true},
		"an event that was there":      {"cloudevents", [3]string{fmt.Sprintf(event, "1", "firing"), fmt.Sprintf(event, "2", "resolved"), fmt.Sprintf(event, "1", "firing") + " "}, [3]string{}, false},
		"an event that was not":        {"cloudevents", [3]string{fmt.Sprintf(event, "1", "firing"), fmt.Sprintf(event, "2", "resolved"), fmt.Sprintf(event, "3", "firing")}, [3]string{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, nil)
			for n, body := range c.sent {
				var extra []string
				if c.header[n] != "" {
					extra = []string{c.header[n]}
				}
				r.do("POST", "/webhooks/"+c.source, body, extra...).want(t, 202)
			}
			list := r.do("GET", "/api/v1/incidents?status=open", "").want(t, 200)
			n := len(list.field(t, "incidents").([]any))
			if (n == 1) != c.firesAtLast {
				t.Errorf("%d are open at the end: %s", n, list.body)
			}
		})
	}
}
