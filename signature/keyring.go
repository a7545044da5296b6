package signature

import (
	"context"
	"crypto/subtle"
	"iter"
)

// AppState reports whether an app may be used.
type AppState string

// The states of an app. The zero value is AppActive.
const (
	AppActive           AppState = ""
	AppDisabled         AppState = "disabled"
	AppAccountSuspended AppState = "account_suspended"
	AppDeleted          AppState = "deleted"
)

// AppKind is the kind of registration behind a key. The zero value is AppGeneral.
type AppKind string

// Only general apps sign Meeting SDK joins.
const (
	AppGeneral        AppKind = "general"
	AppServerToServer AppKind = "server_to_server"
	AppVideo          AppKind = "video"
	AppWebhookOnly    AppKind = "webhook_only"
)

// name names the kind for evidence.
func (k AppKind) name() string {
	switch k {
	case AppServerToServer:
		return "a server-to-server OAuth app"
	case AppVideo:
		return "a Video SDK app"
	case AppWebhookOnly:
		return "a webhook-only app"
	case AppGeneral, "":
		return "a general app"
	default:
		return "an app of kind " + shorten(string(k))
	}
}

// App is what a diagnosis says about an app.
type App struct {
	// ID reports whether two credentials belong to one app. Where it is empty the
	// credentials' keys are compared instead.
	ID string
	// Name is shown in evidence.
	Name string
	// Kind other than general may not sign (3704).
	Kind AppKind
	// State other than active refuses (3704 if deleted, else 3710).
	State AppState
}

// Purpose is what a secret is for.
type Purpose string

// The purposes of secrets. The zero value is PurposeSDK.
const (
	// PurposeSDK is the secret that signs now.
	PurposeSDK Purpose = "sdk"
	// PurposePrevious is a secret that was replaced.
	PurposePrevious Purpose = "previous"
	// PurposeWebhook is a webhook secret or verification token.
	PurposeWebhook Purpose = "webhook"
)

// Credential is one secret of one app.
type Credential struct {
	// App is whose it is.
	App App
	// Key is the SDK key that goes with the secret.
	Key string
	// Secret is never shown. Empty secrets are skipped.
	Secret []byte
	// Purpose is what the secret is for.
	Purpose Purpose
	// Environment is "production", "development" or "".
	Environment string
}

// Keyring is where a diagnosis finds secrets. Implementations limit it to what the
// asker may be notified of: usually the credentials of one account.
type Keyring interface {
	// Lookup finds the signing credential whose Key is exactly key.
	Lookup(ctx context.Context, key string) (Credential, bool, error)
	// Candidates yields secrets that may have been used by mistake, the likelier
	// first: other secrets of the app with that key, then those of other apps.
	// The diagnosis stops when it has had enough.
	Candidates(ctx context.Context, key string) iter.Seq2[Credential, error]
	// Holds returns whose secret a value is, if it is one. A server looks it up by
	// keyed hash, without decrypting anything; Secret may be left empty in the
	// answer.
	Holds(ctx context.Context, value string) (Credential, bool, error)
}

// StaticKeyring is a Keyring of a few known credentials, such as the one pair that
// is checked offline.
type StaticKeyring []Credential

// NewKeyring makes a Keyring of known credentials.
func NewKeyring(credentials ...Credential) StaticKeyring { return credentials }

// Lookup finds the signing credential with that key.
func (k StaticKeyring) Lookup(_ context.Context, key string) (Credential, bool, error) {
	for _, c := range k {
		if c.Key == key && key != "" && c.signs() {
			return c, true, nil
		}
	}
	return Credential{}, false, nil
}

// Candidates yields all credentials, those of the app with that key first.
func (k StaticKeyring) Candidates(ctx context.Context, key string) iter.Seq2[Credential, error] {
	own, found, _ := k.Lookup(ctx, key)
	return func(yield func(Credential, error) bool) {
		for _, wantOwn := range [...]bool{true, false} {
			for _, c := range k {
				if (found && c.sameApp(&own)) == wantOwn && !yield(c, nil) {
					return
				}
			}
		}
	}
}

// Holds compares value with every secret in constant time.
func (k StaticKeyring) Holds(_ context.Context, value string) (Credential, bool, error) {
	for _, c := range k {
		if len(c.Secret) > 0 && subtle.ConstantTimeCompare(c.Secret, []byte(value)) == 1 {
			return c, true, nil
		}
	}
	return Credential{}, false, nil
}

func (c *Credential) signs() bool { return c.Purpose == PurposeSDK || c.Purpose == "" }

func (c *Credential) sameApp(other *Credential) bool {
	if c.App.ID != "" || other.App.ID != "" {
		return c.App.ID == other.App.ID
	}
	return c.Key == other.Key
}

// appName names the app for evidence.
func (c *Credential) appName() string {
	if c.App.Name == "" {
		return "the app with key “" + keyPrefix(c.Key) + "”"
	}
	return "app “" + shorten(c.App.Name) + "”"
}
