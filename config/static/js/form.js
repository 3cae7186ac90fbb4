/* What forms gain from a script: steppers, suggestions, drafts on this device, autosave, a warning while offline, one submit. */
(function () {
  "use strict";
  var doc = document, PREFIX = "draft:", OTHER = ":other", QUEUE = "queue:", DAYS_7 = 7 * 24 * 3600 * 1000;
  var AUTOSAVE_AFTER = 2000;

  function each(selector, action, root) {
    Array.prototype.forEach.call((root || doc).querySelectorAll(selector), action);
  }

  /* Private browsing makes localStorage throw: a draft is a comfort, never a condition. */
  function keep(key, value) {
    try { localStorage.setItem(PREFIX + key, JSON.stringify(value)); return true; } catch (error) { return false; }
  }
  function recall(key) {
    try { return JSON.parse(localStorage.getItem(PREFIX + key)); } catch (error) { return null; }
  }
  function forget(match) {
    try {
      Object.keys(localStorage).forEach(function (name) {
        if (name.indexOf(PREFIX) === 0 && match(name.slice(PREFIX.length))) { localStorage.removeItem(name); }
      });
    } catch (error) { /* nothing was kept */ }
  }

  function named(form, without) {
    return Array.prototype.filter.call(form.elements, function (field) {
      return field.name && !without.test(field.type) && !/^(csrfmiddlewaretoken|version|page|key)$/.test(field.name);
    });
  }
  /* What handin.js needs of this; without it a submission is an ordinary one. */
  window.leagueDevice = { each: each, keep: keep, recall: recall, forget: forget, announce: announce, OTHER: OTHER, QUEUE: QUEUE, hand: function () { return false; } };

  function fields(form) { return named(form, /^(hidden|password|file|submit|button)$/); }
  /* Hidden fields too: how many rows there are, and whose they are. */
  function valuesOf(form) {
    return named(form, /^(password|file|submit|button)$/).map(function (field) {
      return [field.name, field.value, /^(checkbox|radio)$/.test(field.type) ? field.checked : null];
    });
  }
  function namesIn(values) { return values.map(function (one) { return one[0]; }).join(" "); }
  function versionOf(form) { return form.elements.version ? form.elements.version.value : ""; }
  function restore(form, values) {
    fields(form).forEach(function (field) {
      for (var i = 0; i < values.length; i++) {
        var one = values[i];
        if (one && one[0] === field.name && (one[2] === null || one[1] === field.value)) {
          if (one[2] === null) { field.value = one[1]; } else { field.checked = one[2]; }
          values[i] = null;
          break;
        }
      }
    });
  }

  function twoDigits(n) { return ("0" + n).slice(-2); }
  function clockText() { var now = new Date(); return twoDigits(now.getHours()) + ":" + twoDigits(now.getMinutes()); }
  function announce(form, state, text) {
    each("[data-autosave-state]", function (line) {
      line.hidden = false;
      line.setAttribute("data-state", state);
      (line.querySelector("[data-autosave-text]") || line).textContent = text;
    }, form.id && doc.querySelector('[data-autosave-for="' + form.id + '"]') ? doc : form);
  }

  /* Draft and autosave of one form. */
  function watch(form) {
    var key = form.getAttribute("data-draft-key"), url = form.getAttribute("data-autosave-url");
    var timer = 0, isDirty = false, isSending = false, isTold = false;

    function keepLocally() {
      if (!key) { return true; }
      return keep(key, { at: Date.now(), version: versionOf(form), values: valuesOf(form) });
    }
    /* The server has everything: the copy on this device would only be compared with it again. */
    function saved(answer) {
      if (form.elements.version && answer.version) { form.elements.version.value = answer.version; }
      if (!key) { return; }
      if (isDirty) { keepLocally(); } else { forget(function (name) { return name === key; }); }
    }
    function save() {
      if (!url || !isDirty || isSending) { return; }
      if (navigator.onLine === false) { return sayLocal(); }
      isSending = true;
      isDirty = false;
      announce(form, "saving", "正在保存…");
      fetch(url, { method: "POST", body: new FormData(form), credentials: "same-origin", redirect: "manual", headers: { "X-Requested-With": "fetch" } })
        .then(function (response) {
          if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) {
            announce(form, "failed", "登录已过期。内容已存在本机，请刷新页面重新登录");
          } else if (response.ok) {
            announce(form, "saved", clockText() + " 已自动保存");
            return response.json().then(saved);
          } else if (response.status === 409) {
            announce(form, "failed", "别处刚刚保存过，请点“存草稿”核对两份内容");
          } else { announce(form, "failed", "没有保存成功，请点“存草稿”"); }
        })
        .catch(function () { isDirty = true; sayLocal(); })
        .then(function () { isSending = false; if (isDirty && navigator.onLine !== false) { later(); } });
    }
    function sayLocal() {
      var isKept = keepLocally();
      announce(form, "offline", isKept ? "已存在本机 " + clockText() + "，等待联网" : "网络已断开，本机不能保存草稿，请不要关闭页面");
    }
    function later() { clearTimeout(timer); timer = setTimeout(save, AUTOSAVE_AFTER); }
    function changed() {
      isDirty = true;
      if (!keepLocally() && !isTold) { isTold = true; announce(form, "failed", url ? "本机不能保存草稿，联网时自动保存" : "本机不能保存草稿，请及时提交"); }
      if (navigator.onLine === false) { sayLocal(); }
      later();
    }

    var draft = key && recall(key), other = key && recall(key + OTHER), now = valuesOf(form);
    function differs(one) { return one && one.values && Date.now() - one.at < DAYS_7 && JSON.stringify(one.values) !== JSON.stringify(now); }
    function fits() {
      if (!form.elements.version) { return draft.at > Number(form.getAttribute("data-saved-at") || 0); }
      return draft.version === versionOf(form) && namesIn(draft.values) === namesIn(now);
    }
    if (differs(draft) && fits()) {
      restore(form, draft.values);
      isDirty = true;
      announce(form, "restored", "已恢复上次没有提交的内容");
      later();
    } else if (differs(draft) && form.elements.version) {
      other = draft;
      keep(key + OTHER, other);
    }
    if (key && differs(other)) { form.otherDraft = other; } /* handin.js offers to compare */
    if (!isDirty) { forget(function (name) { return name === key; }); }
    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    window.addEventListener("online", save);
  }

  /* One submit per form; while offline the press is kept and repeated once the connection is back. */
  var pressed = null, waiting = null;
  doc.addEventListener("click", function (event) {
    pressed = event.target.closest ? event.target.closest("button[type=submit], button:not([type])") : null;
  });
  doc.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || event.defaultPrevented || form.hasAttribute("hx-post")) { return; }
    if (form.hasAttribute("data-queue-key") && window.leagueDevice.hand(form)) { event.preventDefault(); return; }
    if (navigator.onLine === false) {
      event.preventDefault();
      waiting = pressed;
      announce(form, "offline", "网络已断开，联网后自动继续提交");
    } else if (form.getAttribute("data-sent")) {
      event.preventDefault();
    } else {
      form.setAttribute("data-sent", "1");
      if (form.hasAttribute("data-logout")) { forget(function () { return true; }); }
    }
  });
  window.addEventListener("pageshow", function () {
    each("form[data-sent]", function (form) { form.removeAttribute("data-sent"); });
  });

  function connection() {
    each("[data-offline-bar]", function (bar) { bar.hidden = navigator.onLine !== false; });
    if (navigator.onLine !== false && waiting) {
      var button = waiting;
      waiting = null;
      button.click();
    }
  }
  window.addEventListener("online", connection);
  window.addEventListener("offline", connection);
  connection();

  function tell(field) {
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  /* Stepper: <div data-stepper> − input + ; buttons carry data-step="-1" or "1". Suggestion: data-fill="#id" data-fill-value="…". */
  doc.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-step], [data-fill]") : null;
    if (!button) { return; }
    var field;
    if (button.hasAttribute("data-fill")) {
      field = doc.querySelector(button.getAttribute("data-fill"));
      field.value = button.getAttribute("data-fill-value");
    } else {
      field = button.closest("[data-stepper]").querySelector("input");
      var next = (parseInt(field.value, 10) || 0) + Number(button.getAttribute("data-step"));
      var low = field.min === "" ? 0 : Number(field.min), high = field.max === "" ? Infinity : Number(field.max);
      field.value = Math.min(Math.max(next, low), high);
    }
    tell(field);
  });

  each("[data-draft-clear]", function (node) {
    var key = node.getAttribute("data-draft-clear");
    forget(function (name) { return name === key || name === key + OTHER || name === QUEUE + key; });
  });
  forget(function (name) { var draft = recall(name); return !draft || Date.now() - draft.at > DAYS_7; });
  each("form[data-draft-key], form[data-autosave-url]", watch);
  each("[data-js][hidden]", function (node) { node.hidden = false; });
  each("[data-focus]", function (node) { node.focus(); });
})();
