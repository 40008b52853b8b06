package page

import (
	"context"
	"mime"
	"net/http"

	"ragoffire/engine"
)

// Ntfy publishes a call to a topic of ntfy, at its highest priority.
type Ntfy struct {
	to, host, token, public string
	client                  *http.Client
}

// NewNtfy checks the topic's address, such as https://ntfy.sh/our-topic.
func NewNtfy(to, token, public string) (*Ntfy, error) {
	u, err := address(to)
	if err != nil {
		return nil, err
	}
	return &Ntfy{to: to, host: u.Host, token: token, public: public, client: newClient()}, nil
}

func (n *Ntfy) String() string { return "ntfy " + n.host }

// Call publishes a call.
func (n *Ntfy) Call(ctx context.Context, c engine.Call) error {
	return send(ctx, n.client, http.MethodPost, n.to, text(&c, ""), map[string]string{
		"Title": mime.QEncoding.Encode("utf-8", subject(&c)), "Priority": "5", "Tags": "rotating_light",
		"Click": link(n.public, &c), "Idempotency-Key": c.Key, "Authorization": bearer(n.token),
	})
}
