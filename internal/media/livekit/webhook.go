package livekit

import (
	"errors"
	"net/http"

	"github.com/livekit/protocol/auth"
	lk "github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/webhook"
)

// maxWebhookBytes bounds the body of a webhook. A report has some 2 KB: participants here
// have no metadata, and a few tracks.
const maxWebhookBytes = 64 << 10

// checkWebhookHeader reports, by the header alone, whether a request may be a webhook: LiveKit
// signs the hash of the body with the API key.
func checkWebhookHeader(r *http.Request, keys auth.KeyProvider) error {
	header := r.Header.Get("Authorization")
	if header == "" {
		return webhook.ErrNoAuthHeader
	}
	token, err := auth.ParseAPIToken(header)
	if err != nil {
		return err
	}
	secret := keys.GetSecret(token.APIKey())
	if secret == "" {
		return webhook.ErrSecretNotFound
	}
	_, claims, err := token.Verify(secret)
	if err == nil && claims.Sha256 == "" {
		err = webhook.ErrInvalidChecksum // a token for something else
	}
	return err
}

// Webhook implements media.Engine. Of a stranger's request, the body is not read.
// Repeated and late reports change nothing, the tracker knows them.
func (e *external) Webhook() http.Handler {
	provider := auth.NewSimpleKeyProvider(e.key, e.secret)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", "POST")
			refuse(w, http.StatusMethodNotAllowed, "method not allowed")
			return
		}
		err := checkWebhookHeader(r, provider)
		var event *lk.WebhookEvent
		if err == nil {
			r.Body = http.MaxBytesReader(w, r.Body, maxWebhookBytes)
			event, err = webhook.ReceiveWebhookEvent(r, provider)
		}
		if err != nil {
			w.Header().Set("Connection", "close") // what is on its way is not waited for
			e.log.Info("media webhook refused", "reason", webhookFault(err))
			refuse(w, http.StatusUnauthorized, "not a webhook signed by this server's LiveKit")
			return
		}
		e.events.put(changes(e.track, event)...)
		w.WriteHeader(http.StatusNoContent)
	})
}

// webhookFault says what is wrong with a report, in none of the sender's words: anybody
// may send one.
func webhookFault(err error) string {
	var tooLong *http.MaxBytesError
	switch {
	case errors.Is(err, webhook.ErrNoAuthHeader):
		return "it is not signed"
	case errors.Is(err, webhook.ErrSecretNotFound):
		return "it is signed with another API key"
	case errors.Is(err, webhook.ErrInvalidChecksum):
		return "it is not what was signed"
	case errors.As(err, &tooLong):
		return "it is too long"
	}
	return "its signature or content is not valid"
}
