// Amounts: 大写 beside the field while it is typed (the server writes the same), separators on leaving it, and the one-press repair 改为 ….
(function () {
  "use strict";

  const DIGITS = "零壹贰叁肆伍陆柒捌玖";
  const PLACES = ["", "拾", "佰", "仟"];
  const GROUPS = ["", "万", "亿", "万亿"];

  // What was typed as [yuan, fen] in digits, or null where it is no amount (the server says why).
  function read(text) {
    const plain = text.replace(/[０-９．]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).replace(/[,，\s元¥￥]/g, "");
    const found = /^(\d{1,12})(?:\.(\d{0,2}))?$/.exec(plain);
    return found ? [found[1].replace(/^0+(?=\d)/, ""), ((found[2] || "") + "00").slice(0, 2)] : null;
  }

  function fourDigits(group) {
    let text = "";
    let zero = false;
    for (let place = 3; place >= 0; place -= 1) {
      const digit = Math.floor(group / Math.pow(10, place)) % 10;
      if (digit === 0) { zero = text !== ""; continue; }
      text += (zero ? "零" : "") + DIGITS[digit] + PLACES[place];
      zero = false;
    }
    return text;
  }

  function whole(yuan) {
    if (yuan === "0") return "零";
    const padded = yuan.padStart(16, "0");
    const parts = [];
    let pending = false;
    for (let index = 3; index >= 0; index -= 1) {
      const group = Number(padded.slice((3 - index) * 4, (4 - index) * 4));
      if (group === 0) { pending = parts.length > 0; continue; }
      if (parts.length && (pending || group < 1000)) parts.push("零");
      parts.push(fourDigits(group) + GROUPS[index]);
      pending = false;
    }
    return parts.join("");
  }

  function capital(amount) {
    const yuan = amount[0];
    const jiao = Number(amount[1][0]);
    const fen = Number(amount[1][1]);
    let text = yuan !== "0" || (!jiao && !fen) ? whole(yuan) + "元" : "";
    if (!jiao && !fen) return text + "整";
    if (yuan !== "0" && (yuan.endsWith("0") || !jiao)) text += "零";
    if (jiao) text += DIGITS[jiao] + "角";
    return text + (fen ? DIGITS[fen] + "分" : "整");
  }

  const separated = (amount) => amount[0].replace(/\B(?=(\d{3})+(?!\d))/g, ",") + "." + amount[1];

  document.querySelectorAll("[data-capital]").forEach((box) => {
    const note = document.getElementById(box.getAttribute("data-capital"));
    if (!note) return;
    const show = () => {
      const amount = read(box.value);
      note.textContent = amount ? capital(amount) : "—";
    };
    box.addEventListener("input", show);
    box.addEventListener("change", () => {
      const amount = read(box.value);
      if (amount) box.value = separated(amount);
      show();
    });
    show();
  });

  document.addEventListener("click", (event) => {
    const repair = event.target.closest("[data-set-amount]");
    if (!repair) return;
    event.preventDefault();
    const box = document.getElementById(repair.getAttribute("data-set-amount"));
    box.value = repair.getAttribute("data-amount");
    box.classList.remove("is-bad");
    box.removeAttribute("aria-invalid");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new Event("change", { bubbles: true }));
    const said = repair.closest(".err, .errorlist");
    if (said) said.remove();
    box.focus();
  });
})();
