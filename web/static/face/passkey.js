// Says in the page what the passkey scripts would only say in the console, and hides passkeys where a browser has none.

const problem = document.getElementById("passkey-error");

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  if (problem) problem.hidden = false;
});

for (const button of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    (button.closest(".needs-script") ?? button).hidden = true;
    continue;
  }
  button.addEventListener("click", () => {
    if (problem) problem.hidden = true;
  });
}
