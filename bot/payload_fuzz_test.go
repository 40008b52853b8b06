package bot

import (
	"encoding/json"
	"testing"
	"time"
)

// FuzzPayload tries what comes through the socket: a message that slack-go could
// not read, and the payloads of commands, events, clicks and dialogs.
func FuzzPayload(f *testing.F) {
	for _, s := range []string{
		`{"envelope_id":"e","type":"events_api","payload":{"event":{"blocks":[{"type":"new"}]}}}`, `{"envelope_id":1}`,
		`{"type":"block_actions","actions":[{"action_id":"incident_ack","value":"INC-2026-0042"}],"container":{"thread_ts":"1.2"}}`,
		`{"type":"view_submission","view":{"id":"V","hash":"h","state":{"values":{"reason":{"reason":{"value":" a "}},"x":null}}}}`,
		`{"event":{"type":"app_mention","text":"<@U0ROF> list","item":{"message":{"ts":"1"}}},"authorizations":[{"user_id":"U0ROF"}]}`,
		`{"trigger_id":"t","text":"silence service=x 2h"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if req := salvage(raw); req != nil && req.EnvelopeID == "" {
			t.Error("a request that cannot be acknowledged")
		}
		if p, err := decode[slashPayload](json.RawMessage(raw)); err == nil {
			p.key()
		}
		if p, err := decode[eventPayload](json.RawMessage(raw)); err == nil {
			p.key()
			p.said("U0ROF")
		}
		if p, err := decode[interaction](json.RawMessage(raw)); err == nil {
			p.key()
			p.thread()
			p.View.field("reason")
			p.View.asks("reason")
		}
	})
}

// FuzzSilence tries what people type after silence.
func FuzzSilence(f *testing.F) {
	for _, s := range []string{"service=checkout 2h deploy", "INC-2026-0042 90m", "a=~b.* c=d 1h30m", "12h", "a=b 200000d", "a=b -1h", "a=b 1e9h", "a=b 45min x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := silenceOf(text)
		if err == nil && (s.For < 0 || s.For > 200*365*24*time.Hour) {
			t.Errorf("%q is for %v", text, s.For)
		}
	})
}
