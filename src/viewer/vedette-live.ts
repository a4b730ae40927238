import { LitElement } from 'lit';

customElements.define('vedette-live', class extends LitElement {});
