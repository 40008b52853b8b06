package page

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"ragoffire/engine"
)

// Webhook posts a call as JSON, with its key also in the header Idempotency-Key.
type Webhook struct {
	to, host, token, public string
	client                  *http.Client
}

// NewWebhook checks the address. Token, where there is one, is sent as a bearer
// token; public is where the dashboard is reached.
func NewWebhook(to, token, public string) (*Webhook, error) {
	u, err := address(to)
	if err != nil {
		return nil, err
	}
	return &Webhook{to: to, host: u.Host, token: token, public: public, client: newClient()}, nil
}

func (w *Webhook) String() string { return "webhook " + w.host }

// Call posts a call.
func (w *Webhook) Call(ctx context.Context, c engine.Call) error {
	body, err := json.Marshal(struct {
		engine.Call
		Text string `json:"text"`
		URL  string `json:"url,omitempty"`
	}{c, subject(&c), link(w.public, &c)})
	if err != nil {
		return fmt.Errorf("call: %w", err)
	}
	return send(ctx, w.client, http.MethodPost, w.to, string(body), map[string]string{
		"Content-Type": "application/json", "Idempotency-Key": c.Key, "Authorization": bearer(w.token),
	})
}
