package webhook

import "net/http"

// deliveryIDs are the headers by which senders name a delivery, the same when they
// send it again. X-Request-Id is none of them: proxies make a new one each time.
func deliveryIDs() []string {
	return []string{
		"Idempotency-Key", "Webhook-Id", "X-Webhook-Id", "X-GitHub-Delivery", "X-Gitlab-Event-UUID", "X-Honeycomb-Webhook-Delivery-ID",
	}
}

// deliveryID is the sender's name for a delivery, "" where it gives none.
func deliveryID(h http.Header) string {
	for _, name := range deliveryIDs() {
		if id := h.Get(name); id != "" {
			return name + ":" + id
		}
	}
	return ""
}
